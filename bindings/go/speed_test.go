// SPDX-License-Identifier: Apache-2.0

package ipcq_test

import "testing"

func BenchmarkPutAndGetBytes(b *testing.B) {
	q, data := fresh(b), make([]byte, 64)
	b.ReportAllocs()
	for i := 0; i < b.N; i++ {
		check(b, q.PutBytes(ctx, data))
		must(q.Get(ctx))(b)
	}
}

func BenchmarkPutAndGetNumbers(b *testing.B) {
	q := fresh(b)
	b.ReportAllocs()
	for i := 0; i < b.N; i++ {
		check(b, q.Put(ctx, i))
		must(q.Get(ctx))(b)
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
