// SPDX-License-Identifier: Apache-2.0
//
// The calls of a survivor while the victim is stopped in the middle of a call. It makes every kind of call. The bytes
// tell which locks and items the victim holds, and each answer is judged by that.
#pragma once

#include "caller.h"

namespace sweep {

class BesideFrozen : public Caller {
public:
    using Caller::Caller;
    void call_while_frozen();

protected:
    void finish_newcomer();

private:
    bool kept(const Picture &picture, snapshot_lock lock) const;
    bool woken(Picture &picture, char sleeper);
    void recover_while_frozen(Picture &picture);
    void arrive_while_frozen();
    void judge(const char *call, int code, bool may_fail);
    void put_while_frozen(Picture &picture);
    void get_while_frozen(Picture &picture, bool give_back);
    void join_while_frozen(Picture &picture);
    void give_back_and_take_again(Picture &picture);
    void shut_down_while_frozen(Picture &picture);

    Actor newcomer_; // has come while one is frozen, and has taken an item
    Id newcomers_item_ = 0;
};

} // namespace sweep
