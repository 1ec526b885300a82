// SPDX-License-Identifier: Apache-2.0

package raw

// #include <ipcq.h>
// #include <stdint.h>
//
// typedef struct {
//     ipcq_item item;
//     int code;
// } taken;
//
// static taken get_now(uintptr_t queue, uintptr_t buffer, size_t capacity, uint64_t accept)
// {
//     const ipcq_wait not_at_all = {IPCQ_NOWAIT, NULL, 0, 0};
//     taken result;
//     result.code = ipcq_get_item((ipcq_t *)queue, (void *)buffer, capacity, &result.item, accept, &not_at_all);
//     return result;
// }
import "C"

// GetNow is Get without waiting, whose Item comes back in the frame of the call. SWIG can only let the library write to
// an address, and what lies there must be in the heap: to have such memory at hand costs more than this copy.
func GetNow(handle, buffer uintptr, capacity int, accept uint64) (item Item, code int) {
	result := C.get_now(C.uintptr_t(handle), C.uintptr_t(buffer), C.size_t(capacity), C.uint64_t(accept))
	item.Ticket, item.Size = uint64(result.item.ticket), uint64(result.item.size)
	item.Type, item.Deliveries = uint32(result.item._type), uint32(result.item.deliveries)
	return item, int(result.code)
}
