// SPDX-License-Identifier: Apache-2.0
//
// What every language's module starts with. The public header is the one the module is compiled against; SWIG finds it
// with -I, no declaration of it is typed again.

%{
#include <ipcq.h>
%}

%include <stdint.i>
