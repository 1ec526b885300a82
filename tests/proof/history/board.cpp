// SPDX-License-Identifier: Apache-2.0
#include "board.hpp"

#include <cstdio>
#include <cstdlib>
#include <new>
#include <sys/mman.h>

namespace history {

Board::Board(std::uint64_t operations_max)
    : operations_max_(operations_max), bytes_(4096 + workers_max * operations_max * sizeof(Operation))
{
    void *memory = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
        std::perror("mmap");
        std::exit(2);
    }
    static_assert(sizeof(Signals) <= 4096);
    signals_ = new (memory) Signals{};
    operations_ = reinterpret_cast<Operation *>(static_cast<char *>(memory) + 4096);
}

Board::~Board() { munmap(signals_, bytes_); }

std::uint64_t Board::operations() const
{
    std::uint64_t operations = 0;
    for (const auto &count : signals_->count)
        operations += count.load(std::memory_order_relaxed);
    return operations;
}

std::span<const Operation> Board::recorded(unsigned worker) const
{
    return {log(worker), signals_->count[worker].load(std::memory_order_acquire)};
}

} // namespace history
