// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

func TestCountsAreThoseOfWc(t *testing.T) {
	for _, text := range []string{
		"", "\n", "one", "one two\n", " \t\v\f\r\n", "a\tb\vc\fd\re\n", "grüße 你好\n", "\x00\xff \x7f\n", "a\x00b \x01c\n",
	} {
		wc := exec.Command("wc")
		wc.Env = append(os.Environ(), "LC_ALL=C")
		wc.Stdin = strings.NewReader(text)
		output, err := wc.Output()
		if err != nil {
			t.Fatal(err)
		}
		lines, words := count([]byte(text))
		expected := strings.Join(strings.Fields(string(output)), " ")
		if got := fmt.Sprint(lines, words, len(text)); got != expected {
			t.Errorf("%q: wc says %s, got %s", text, expected, got)
		}
	}
}
