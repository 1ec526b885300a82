// SPDX-License-Identifier: Apache-2.0

package ipcq_test

import (
	"context"
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A program that is called wrongly answers one sentence and 2; it does not panic, and opens no queue.
func TestProgramsSayHowTheyAreCalled(t *testing.T) {
	programs := t.TempDir()
	build := exec.Command("go", "build", "-o", programs+"/", "./examples/...", "./grid/...")
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	watchdog, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	const name = "go-test-not-opened"
	for program, calls := range map[string][][]string{
		"three_takers":       {{"put"}, {"nonsense", name}, {"put", name, "many"}, {"take", name, "1", "a", "b"}},
		"producer_consumer":  {{"put"}, {"get"}, {"nonsense", name}, {"put", name, "more"}},
		"nonblocking":        {{"put"}, {"get"}, {"nonsense", name}, {"get", name, "more"}},
		"bounded":            {{"put"}, {"get"}, {"nonsense", name}, {"get", name, "more"}},
		"sentinels":          {{"shutdown"}, {"produce", name}, {"end", name, "many"}, {"nonsense", name, "who"}},
		"joinable":           {{"produce"}, {"consume", name}, {"nonsense", name, "who"}},
		"file_counts_worker": {{}, {name}, {name, name, "nonsense"}},
		"put":                {{}, {name, name}},
		"get":                {{}, {name, name}},
	} {
		for _, arguments := range calls {
			_, err := exec.CommandContext(watchdog, filepath.Join(programs, program), arguments...).Output()
			var exit *exec.ExitError
			if !errors.As(err, &exit) || exit.ExitCode() != 2 {
				t.Errorf("%s %v: %v", program, arguments, err)
				continue
			}
			said := string(exit.Stderr)
			if !strings.HasPrefix(said, "usage: "+program) || strings.Count(said, "\n") != 1 {
				t.Errorf("%s %v said %q", program, arguments, said)
			}
		}
	}
}
