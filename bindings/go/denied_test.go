// SPDX-License-Identifier: Apache-2.0

package ipcq_test

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"ipcq"
)

// Each cause of a refusal has its own remedy.

func TestAnotherUsersQueueNamesAnyOwner(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("skipped: only root can give a queue to another user")
	}
	q := fresh(t)
	const nobody = 65534
	check(t, os.Chown("/dev/shm/ipcq."+q.Name(), nobody, nobody))
	_, err := ipcq.Open(q.Name())
	expect(t, err, ipcq.ErrDenied)
	if !strings.Contains(err.Error(), "open it with AnyOwner()") {
		t.Error(err)
	}
	expectGo(t, err)
	must(ipcq.Open(q.Name(), ipcq.AnyOwner()))(t)
}

func TestAReadOnlyFileSystemIsNamed(t *testing.T) {
	process := exec.Command(must(os.Executable())(t))
	process.Env = append(os.Environ(), "IPCQ_TEST_ROLE=open on a read-only file system")
	process.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
	if os.Geteuid() != 0 {
		process.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		process.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}}
	}
	output, err := process.Output()
	if errors.Is(err, syscall.EPERM) || strings.HasPrefix(string(output), "mount: ") {
		t.Skipf("skipped: no mount namespace here: %v %s", err, output)
	}
	check(t, err)
	if text := string(output); !strings.Contains(text, "mount /dev/shm writable") {
		t.Error(text)
	}
}

func init() {
	bareRoles["open on a read-only file system"] = func() error {
		err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, "")
		if err == nil {
			err = syscall.Mount("tmpfs", "/dev/shm", "tmpfs", syscall.MS_RDONLY, "")
		}
		if err != nil {
			return &os.SyscallError{Syscall: "mount", Err: err}
		}
		_, err = ipcq.Open("nowhere")
		return err
	}
}
