// SPDX-License-Identifier: Apache-2.0
#include "log_fixture.hpp"

#include "wait/fork_epoch.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>

using namespace ipcq;

namespace {

[[noreturn]] void give_up(const char *what, Code code)
{
    std::fprintf(stderr, "%s: %s\n", what, name_of(static_cast<int>(code)));
    std::abort();
}

} // namespace

LogFixture::LogFixture(const Plan &plan)
{
    ErrorDetail detail;
    const Header header = plan_header(plan.joinable, false, plan.max_items, plan.capacity_bytes, plan.slot_count);
    if (const Code code = make_object(header, 0600, object_, geometry_, detail); code != Code::OK)
        give_up(detail.text, code);
    bytes_ = static_cast<char *>(std::calloc(1, geometry_.map_size));
    log();
}

LogFixture::~LogFixture()
{
    for (int i = 0; i < peers; i++)
        if (peer_[i].log.is_open())
            kill(i);
    std::free(bytes_);
}

Log &LogFixture::log(int peer)
{
    Peer &p = peer_[peer];
    if (!p.log.is_open()) {
        const ForkGate gate;
        Descriptor fd, own;
        Code code = reopen(object_.get(), fd);
        if (code == Code::OK)
            code = p.file.adopt(std::move(fd), nullptr);
        if (code == Code::OK)
            code = p.file.open_again(own);
        if (code == Code::OK)
            code = p.log.open(p.file, std::move(own), geometry_);
        if (code != Code::OK)
            give_up("open a peer", code);
    }
    return p.log;
}

void LogFixture::kill(int peer)
{
    peer_[peer].log.close();
    peer_[peer].file.close();
}

Word &LogFixture::word(std::uint64_t offset)
{
    return *reinterpret_cast<Word *>(reinterpret_cast<char *>(&control()) + offset);
}

Code LogFixture::put(const char *text, int peer)
{
    return log(peer).append({text, std::strlen(text), 0}, no_patience, full_reason);
}

Code LogFixture::put_bytes(std::uint64_t size, int peer)
{
    return log(peer).append({bytes_, size, 0}, no_patience, full_reason);
}

Got LogFixture::take(int peer, bool lease)
{
    Got got{};
    got.code = log(peer).take({got.text, sizeof got.text - 1, UINT64_MAX}, lease, no_patience, got.taken);
    return got;
}

Got LogFixture::take_bytes(int peer, bool lease)
{
    Got got{};
    got.code = log(peer).take({bytes_, geometry_.map_size, UINT64_MAX}, lease, no_patience, got.taken);
    return got;
}

bool LogFixture::advance(int peer)
{
    bool end = false;
    assert_code(log(peer).advance(no_patience, end), OK);
    return end;
}

int log_setup(void **state)
{
    *state = new LogFixture(*static_cast<const Plan *>(*state));
    return 0;
}

int log_teardown(void **state)
{
    child_kill_all();
    delete static_cast<LogFixture *>(*state);
    return 0;
}
