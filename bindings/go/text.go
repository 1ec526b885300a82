// SPDX-License-Identifier: Apache-2.0

package ipcq

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"github.com/vmihailenco/msgpack/v5/msgpcode"
)

// What values of this package look like in messages. No method shows shared memory.

// String shows the value, the beginning of a long one, and how often the item was taken before.
func (i Item) String() string {
	before := ""
	if i.Deliveries > 0 {
		before = fmt.Sprintf(", taken %d times before", i.Deliveries)
	}
	return fmt.Sprintf("ipcq.Item(%s%s)", i.shown(), before)
}

const mostShown = 200

func (i Item) shown() string {
	value := i.Value
	travelled := i.Bytes()
	if value == nil && i.queue != nil && !(i.messagePack && bytes.Equal(travelled, []byte{msgpcode.Nil})) {
		value = travelled // of a GetBytes, or of an item that cannot be read
	}
	switch value := value.(type) {
	case string:
		return fmt.Sprintf("%q", shortened(value, mostShown))
	case []byte:
		return fmt.Sprintf("[]byte(%q)", shortened(string(value[:least(len(value), mostShown+1)]), mostShown))
	}
	return shortened(fmt.Sprint(value), mostShown)
}

func (v *View) String() string { return fmt.Sprintf("ipcq.View(%d bytes)", len(v.bytes)) }

func (r *Reservation) String() string { return fmt.Sprintf("ipcq.Reservation(%d bytes)", len(r.bytes)) }

func least(a, b int) int {
	if a < b {
		return a
	}
	return b
}

// shortened is the text, or the beginning of a longer one.
func shortened(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most] + "..."
}
