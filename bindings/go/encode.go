// SPDX-License-Identifier: Apache-2.0

package ipcq

import (
	"bytes"
	"sync"

	"github.com/vmihailenco/msgpack/v5"
)

// encoder turns values into MessagePack; its memory is used again and again.
type encoder struct {
	buffer bytes.Buffer
	to     *msgpack.Encoder
}

var encoders = sync.Pool{New: func() any {
	e := new(encoder)
	e.to = msgpack.NewEncoder(&e.buffer)
	e.to.UseCompactInts(true)
	return e
}}

// A buffer that grew beyond this is not kept for the next value.
const keptBytes = 1 << 16

// encode answers bytes that are valid until the next call.
func (e *encoder) encode(value any) ([]byte, error) {
	if e.buffer.Cap() > keptBytes {
		e.buffer = bytes.Buffer{}
	}
	e.buffer.Reset()
	if err := e.to.Encode(value); err != nil {
		return nil, err
	}
	return e.buffer.Bytes(), nil
}
