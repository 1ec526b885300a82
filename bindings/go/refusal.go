// SPDX-License-Identifier: Apache-2.0

package ipcq

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ErrUnportable is the error of a put whose value some language could not read: nothing was put. The message says what
// it is and where in the value it lies.
var ErrUnportable = errors.New("ipcq: the value is not portable")

// refusal says why a value is not put. The path grows while the encoder returns, from the inside out.
type refusal struct {
	of      string // a batch: which value
	what    string
	cause   error    // of a value's own method
	path    []string // innermost first
	tooDeep bool
	passed  map[uintptr]bool // containers around it
	cyclic  bool             // one of them was passed twice
}

func refuse(format string, arguments ...any) *refusal {
	return &refusal{what: fmt.Sprintf(format, arguments...)}
}

func refuseDepth() *refusal {
	r := refuse("more than %d lists, maps and structs within each other: put a flatter value", maxDepth)
	r.tooDeep, r.passed = true, map[uintptr]bool{}
	return r
}

const containsItself = "the value contains itself: leave that reference out"

// at adds a step of the path.
func (r *refusal) at(format string, argument any) *refusal {
	r.path = append(r.path, fmt.Sprintf(format, argument))
	return r
}

// within notes a container that is being left, by its address. A value is too deep because it contains itself if one of
// its containers is met twice.
func (r *refusal) within(address uintptr) {
	if r.tooDeep {
		r.cyclic = r.cyclic || r.passed[address]
		r.passed[address] = true
	}
}

func (r *refusal) Error() string {
	what := r.what
	if r.cyclic {
		what = containsItself
	}
	return fmt.Sprintf("%s: %s", r.place(), what)
}

const mostSteps = 8

func (r *refusal) place() string {
	var text strings.Builder
	text.WriteString(r.of + "value")
	for i := len(r.path) - 1; i >= 0; i-- {
		if len(r.path)-i > mostSteps {
			text.WriteString("...")
			break
		}
		text.WriteString(r.path[i])
	}
	return text.String()
}

func (r *refusal) Is(target error) bool { return target == ErrUnportable }

func (r *refusal) Unwrap() error { return r.cause }

// nameStep is a map's key as a step of the path.
func nameStep(name string) string { return "[" + strconv.Quote(shortened(name, mostText)) + "]" }

const mostText = 40
