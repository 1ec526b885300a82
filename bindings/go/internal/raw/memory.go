// SPDX-License-Identifier: Apache-2.0

package raw

import "unsafe"

// Address is where the value lies. It must lie in the heap, and the caller must refer to it until the call returned.
func Address[T any](value *T) uintptr { return uintptr(unsafe.Pointer(value)) }

// Start is the address of the first element, 0 if there is none.
func Start[T any](values []T) uintptr {
	if len(values) == 0 {
		return 0
	}
	return Address(&values[0])
}

// InHeap answers its argument, and keeps the compiler from placing it on a stack, which moves: it cannot know that the
// value never goes where the branch takes it. Go's standard library has internal/abi.Escape for the same.
func InHeap(data []byte) []byte {
	if never {
		kept = data
	}
	return data
}

var (
	never bool
	kept  []byte
)

// Memory is the queue's memory of that size at the address. Go's collector knows nothing of it.
func Memory(address uintptr, size int) []byte {
	return unsafe.Slice((*byte)(*(*unsafe.Pointer)(unsafe.Pointer(&address))), size)
}
