// SPDX-License-Identifier: Apache-2.0

package ipcq_test

import (
	"testing"

	"ipcq/internal/raw"
)

// What two calls of C cost that do nothing: one crossing for a put, one for a get.
func BenchmarkTwoCrossings(b *testing.B) {
	for i := 0; i < b.N; i++ {
		raw.Version()
		raw.Version()
	}
}

// What the library's put and get cost, crossings included, before this package adds anything.
func BenchmarkLibraryPutAndGet(b *testing.B) {
	q := fresh(b)
	handle, shared := make([]uintptr, 1), new(struct {
		wait raw.Wait
		item raw.Item
		data [4096]byte
	})
	raw.Open(handle, q.Name(), 0, raw.OPEN_ONLY, 0, 0, 0, 0, make([]byte, 512))
	defer raw.Close(handle[0])
	data, item, wait := raw.Start(shared.data[:]), raw.Address(&shared.item), raw.Address(&shared.wait)
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		put := raw.Put(handle[0], data, 64, raw.TYPE_BYTES, wait)
		if get := raw.Get(handle[0], data, 4096, item, 3, wait); put != raw.OK || get != raw.OK {
			b.Fatal(put, get)
		}
	}
	kept = shared.data[:]
}

func BenchmarkPutAndGetBytes(b *testing.B) {
	q, data := fresh(b), make([]byte, 64)
	b.ReportAllocs()
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		put := q.PutBytes(ctx, data)
		if _, get := q.Get(ctx); put != nil || get != nil {
			b.Fatal(put, get)
		}
	}
}

func BenchmarkPutAndGetIntoOwnMemory(b *testing.B) {
	q, data, buffer := fresh(b), make([]byte, 64), make([]byte, 4096)
	b.ReportAllocs()
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		put := q.TryPutBytes(data)
		if item, get := q.TryGetBytes(buffer); put != nil || get != nil || len(item.Bytes()) != len(data) {
			b.Fatal(put, get)
		}
	}
}

func benchmarkValue(b *testing.B, value any) {
	q := fresh(b)
	b.ReportAllocs()
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		put := q.Put(ctx, value)
		if _, get := q.Get(ctx); put != nil || get != nil {
			b.Fatal(put, get)
		}
	}
}

func BenchmarkPutAndGetNumbers(b *testing.B) { benchmarkValue(b, 1<<20) }

func BenchmarkPutAndGetText(b *testing.B) { benchmarkValue(b, "twenty bytes of text") }

func BenchmarkPutAndGetMap(b *testing.B) {
	benchmarkValue(b, map[string]any{"name": "alex", "age": 15})
}

// A hundred numbers at once; the time is that of one.
func BenchmarkPutManyAndGetMany(b *testing.B) {
	q, numbers := fresh(b), make([]any, 100)
	for i := range numbers {
		numbers[i] = 1<<20 + i
	}
	b.ReportAllocs()
	b.ResetTimer()
	for i := 0; i < b.N; i += len(numbers) {
		_, put := q.PutMany(ctx, numbers...)
		if items, get := q.GetMany(ctx, len(numbers)); put != nil || get != nil || len(items) != len(numbers) {
			b.Fatal(put, get, len(items))
		}
	}
}

func BenchmarkRoundTripThroughWaiters(b *testing.B) {
	there, back := fresh(b), fresh(b)
	failed := make(chan error, 1)
	go func() {
		for i := 0; i < b.N; i++ {
			item, err := there.Get(ctx)
			if err == nil {
				err = back.Put(ctx, item.Value)
			}
			if err != nil {
				failed <- err
				return
			}
		}
		failed <- nil
	}()
	for i := 0; i < b.N; i++ {
		check(b, there.Put(ctx, i))
		must(back.Get(ctx))(b)
	}
	check(b, <-failed)
}
