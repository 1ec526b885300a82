// SPDX-License-Identifier: Apache-2.0

//go:build !cgo

package raw

// Without cgo nothing here can work; this name makes the compiler say so.
var _ = ipcq_needs_cgo_so_set_CGO_ENABLED_to_1_and_install_a_C_compiler
