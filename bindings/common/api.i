// SPDX-License-Identifier: Apache-2.0
//
// The numbers of ipcq.h, without their prefix: EMPTY, JOINABLE, TYPE_PICKLE. SWIG reads the header itself, so a new
// code needs no line here; functions and structs are left out, because interpreter.i gives them their shape.

%rename("$ignore", %$not %$isconstant) "";
%rename("%(strip:[IPCQ_])s", %$isconstant) "";
%include <ipcq.h>
%rename("%s") "";

// Casts keep SWIG from seeing these as numbers.
%constant uint64_t ACCEPT_ALL = IPCQ_ACCEPT_ALL;
%constant uint64_t OLDEST = IPCQ_OLDEST;
%constant uint64_t OLDEST_OF_THREAD = IPCQ_OLDEST_OF_THREAD;
%constant uint64_t ONLY_OF_THREAD = IPCQ_ONLY_OF_THREAD;
