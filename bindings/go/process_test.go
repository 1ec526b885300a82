// SPDX-License-Identifier: Apache-2.0

package ipcq_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	"ipcq"
)

func takeTwoAndHang(q *ipcq.Queue) error {
	for i := 0; i < 2; i++ {
		if _, err := q.Get(ctx); err != nil {
			return err
		}
	}
	time.Sleep(time.Hour)
	return nil
}

func echo(q *ipcq.Queue) error {
	answers, err := ipcq.Open(q.Name() + ".answers")
	if err != nil {
		return err
	}
	for {
		item, err := q.Get(ctx)
		if errors.Is(err, ipcq.ErrClosed) {
			return nil
		}
		if err == nil {
			err = answers.Put(ctx, item.Value)
		}
		if err != nil {
			return err
		}
	}
}

// leaveNameless ends without a Close. Its queue's file has no name, so nothing can be left of it.
func leaveNameless() error {
	q, err := ipcq.OpenAnonymous(ipcq.MaxItems(1))
	if err != nil {
		return err
	}
	if err := q.Put(ctx, 1); err != nil {
		return err
	}
	said := fmt.Sprintf("%v %v", q, &ipcq.Error{Op: "put", Err: q.TryPut(2)})
	if strings.Contains(said, "-") {
		return fmt.Errorf("a name was told: %s", said)
	}
	found := 0
	for fd := 3; fd < 256; fd++ {
		path, _ := os.Readlink(fmt.Sprintf("/proc/self/fd/%d", fd))
		var status syscall.Stat_t
		if !strings.HasPrefix(path, "/dev/shm/") || syscall.Fstat(fd, &status) != nil {
			continue
		}
		if found++; status.Nlink != 0 {
			return fmt.Errorf("%s has %d names", path, status.Nlink)
		}
	}
	if found == 0 {
		return errors.New("the queue has no file")
	}
	return nil
}

func TestAProcessThatEndsWithoutCloseLeavesNothing(t *testing.T) {
	process := exec.Command(must(os.Executable())(t))
	process.Env = append(os.Environ(), "IPCQ_TEST_ROLE=leave nameless")
	if said := string(must(process.Output())(t)); said != "<nil>" {
		t.Error(said)
	}
}

func TestAKilledProcessGivesItsItemsBackInOrder(t *testing.T) {
	q := fresh(t, ipcq.Joinable())
	check(t, q.Put(ctx, 0))
	check(t, q.Put(ctx, 1))
	victim := child(t, "take two and hang", q)
	until(t, func() bool { return must(q.Stats())(t).Taken == 2 })
	answer := getting(ctx, q) // a sleeping getter notices the death
	check(t, victim.Process.Kill())
	if got := (<-answer).must(t); got != int64(0) {
		t.Errorf("got %v", got)
	}
	check(t, q.Put(ctx, 2))
	older, newer := must(q.Get(ctx))(t), must(q.Get(ctx))(t)
	if older.Value != int64(1) || older.Deliveries != 1 || newer.Value != int64(2) || newer.Deliveries != 0 {
		t.Errorf("got %v, %v", older, newer)
	}
	check(t, newer.Done())
	check(t, older.Done())
	check(t, q.TaskDone())
	check(t, q.Join(ctx))
	if stats := must(q.Stats())(t); stats.Recovered != 2 {
		t.Errorf("%d recovered", stats.Recovered)
	}
}

func TestShutdownFromAnotherProcessWakes(t *testing.T) {
	q := fresh(t)
	first, second := getting(ctx, q), getting(ctx, q)
	until(t, getterAsleep(t, q))
	check(t, child(t, "shut down", q).Wait())
	expect(t, (<-first).err, ipcq.ErrClosed)
	expect(t, (<-second).err, ipcq.ErrClosed)
	expect(t, q.Put(ctx, 1), ipcq.ErrClosed)
}

func TestAnotherProcessAnswers(t *testing.T) {
	q := fresh(t)
	answers := must(ipcq.Open(q.Name() + ".answers"))(t)
	t.Cleanup(func() { check(t, answers.Close()); check(t, ipcq.Unlink(answers.Name())) })
	process := child(t, "echo", q)
	for i := 0; i < 500; i++ {
		value := map[string]any{"number": int64(i), "bytes": []byte{0}}
		check(t, q.Put(ctx, value))
		if got := must(answers.Get(ctx))(t).Value; !reflect.DeepEqual(got, value) {
			t.Fatalf("put %v, got %v", value, got)
		}
	}
	check(t, q.Shutdown(ipcq.Drain))
	check(t, process.Wait())
}
