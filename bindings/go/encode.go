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
	short  [1024]byte
}

var encoders = sync.Pool{New: func() any {
	e := new(encoder)
	e.to = msgpack.NewEncoder(&e.buffer)
	e.to.UseCompactInts(true)
	return e
}}

// encode answers bytes that are valid until the next call.
func (e *encoder) encode(value any) ([]byte, error) {
	e.reset()
	err := e.to.Encode(value)
	return e.buffer.Bytes(), err
}

func (e *encoder) reset() {
	if e.buffer.Cap() > keptBytes {
		e.buffer = bytes.Buffer{}
	}
	e.buffer.Reset()
}

// append writes the value behind those before it and answers how many bytes it takes.
func (e *encoder) append(value any) (size int, err error) {
	if data, ok := appendShort(e.short[:0], value); ok {
		return e.buffer.Write(data)
	}
	before := e.buffer.Len()
	err = e.to.Encode(value)
	return e.buffer.Len() - before, err
}
