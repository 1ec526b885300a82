// SPDX-License-Identifier: Apache-2.0
//
// The queue as it is before anybody dies. A process that uses the library makes it once for an operation. It is kept as
// bytes, and placed under its name anew for each case.
#pragma once

#include "operation.h"

#include <string>
#include <vector>

namespace sweep {

class Image {
public:
    // Empty, with the reason, if the library did not get that far.
    static Image build(const Operation &operation, ImageKind kind, const std::string &name, std::string &out_trouble);
    bool empty() const { return bytes_.empty(); }
    bool place(const std::string &path) const;

private:
    std::vector<unsigned char> bytes_;
    std::size_t hole_ = 0;
};

std::string path_of(const std::string &name);
ipcq_options options_of(const Plan &plan);

} // namespace sweep
