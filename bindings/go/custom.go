// SPDX-License-Identifier: Apache-2.0

package ipcq

import (
	"bytes"
	"reflect"
	"sync"

	"github.com/vmihailenco/msgpack/v5"
)

// Values that write themselves. What they write is looked over like what another process put.

// encoder is the one of the MessagePack library, with its memory.
type encoder struct {
	buffer bytes.Buffer
	to     *msgpack.Encoder
}

var encoders = sync.Pool{New: func() any {
	e := new(encoder)
	e.to = msgpack.NewEncoder(&e.buffer)
	e.to.UseCompactInts(true)
	e.to.SetCustomStructTag(otherTag)
	return e
}}

// appendEncoded lets the value's EncodeMsgpack or MarshalMsgpack write it.
func appendEncoded(to []byte, v reflect.Value, room int) ([]byte, *refusal) {
	e := encoders.Get().(*encoder)
	e.buffer.Reset()
	err := e.to.Encode(v.Interface())
	if err == nil {
		_, err = decode(e.buffer.Bytes(), room)
	}
	if err != nil {
		return to, refuseMethod(v, err)
	}
	to = append(to, e.buffer.Bytes()...)
	if e.buffer.Cap() <= keptBytes {
		encoders.Put(e) // not after an error, nor after a panic
	}
	return to, nil
}

// appendMarshaled appends what the value's MarshalBinary or MarshalText answered.
func appendMarshaled(to []byte, v reflect.Value, data []byte, err error) ([]byte, *refusal) {
	if err != nil {
		return to, refuseMethod(v, err)
	}
	return appendBytes(to, data)
}

func refuseMethod(v reflect.Value, err error) *refusal {
	r := refuse("what %s says of itself: %v", v.Type(), err)
	r.cause = err
	return r
}
