// SPDX-License-Identifier: Apache-2.0

package ipcq_test

import "unsafe"

var kept any

// address is where the bytes lie in the heap; they stay there until the next call.
func address(data []byte) uintptr {
	kept = data
	if len(data) == 0 {
		return 0
	}
	return uintptr(unsafe.Pointer(&data[0]))
}
