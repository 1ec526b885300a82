// SPDX-License-Identifier: Apache-2.0

// Package raw is ipcq.h called from Go: generated but for GetNow, without idiom. Use package ipcq.
//
// The generated files are committed, so that building needs no SWIG.
package raw

//go:generate ../../regenerate.sh

// #cgo pkg-config: ipcq
// #cgo CFLAGS: -fstack-protector-strong
import "C"
