// SPDX-License-Identifier: Apache-2.0

%module ipcq_native

%include "interpreter_types.i"
%include "typemaps.i"
%include "interpreter.i"
%include "in_place.i"
%include "many.i"
%include "direct.i"
