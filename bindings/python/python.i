// SPDX-License-Identifier: Apache-2.0

%module ipcq

%include "interpreter_types.i"
%include "typemaps.i"
%include "interpreter.i"
%include "direct.i"
%include "in_place.i"
