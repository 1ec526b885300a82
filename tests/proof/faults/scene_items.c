/*
 * Items of a scene: put and taken with the account kept.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "scene.h"

#include "support/random.h"

#include <stdlib.h>
#include <string.h>

enum { ITEM_MAX = 1 << 20 };

static unsigned char buffer[ITEM_MAX];

static void fill(unsigned char *bytes, uint64_t id, size_t size)
{
    for (size_t i = 0; i < size; i += sizeof(uint64_t)) {
        uint64_t word = random_mix(id * 1000003 + i);
        memcpy(bytes + i, &word, size - i < sizeof word ? size - i : sizeof word);
    }
}

/* The id is the first word's, so each item tells which one it is. */
static size_t find(const struct scene *scene, const unsigned char *bytes, size_t size)
{
    for (size_t i = 0; i < scene->ready; ++i) {
        uint64_t word = random_mix(scene->ids[i] * 1000003);
        if (scene->sizes[i] == size && memcmp(bytes, &word, size < sizeof word ? size : sizeof word) == 0)
            return i;
    }
    return scene->ready;
}

static void strike(struct scene *scene, size_t place)
{
    --scene->ready;
    memmove(scene->ids + place, scene->ids + place + 1, (scene->ready - place) * sizeof *scene->ids);
    memmove(scene->sizes + place, scene->sizes + place + 1, (scene->ready - place) * sizeof *scene->sizes);
}

static void took(struct scene *scene, const unsigned char *bytes, size_t size)
{
    static unsigned char wanted[ITEM_MAX];
    size_t place = find(scene, bytes, size);
    if (place == scene->ready) {
        scene_fault(scene, "an item of %zu bytes came that is not in the queue", size);
        return;
    }
    if (place != 0 && !scene->any_order)
        scene_fault(scene, "item %zu came before the first one", place);
    fill(wanted, scene->ids[place], size);
    if (memcmp(wanted, bytes, size) != 0)
        scene_fault(scene, "an item of %zu bytes came with other bytes", size);
    strike(scene, place);
    if ((scene->flags & IPCQ_JOINABLE) != 0)
        ++scene->taken;
}

void scene_expect(struct scene *scene, size_t place, uint64_t id, size_t size)
{
    memmove(scene->ids + place + 1, scene->ids + place, (scene->ready - place) * sizeof *scene->ids);
    memmove(scene->sizes + place + 1, scene->sizes + place, (scene->ready - place) * sizeof *scene->sizes);
    scene->ids[place] = id;
    scene->sizes[place] = size;
    ++scene->ready;
}

int scene_put_into(struct scene *scene, ipcq_t *queue, size_t size, int64_t deadline_ns)
{
    uint64_t id = ++scene->next_id;
    fill(buffer, id, size);
    int code = ipcq_put(queue, buffer, size, deadline_ns);
    if (code == IPCQ_OK)
        scene_expect(scene, scene->ready, id, size);
    return code;
}

int scene_put(struct scene *scene, size_t size, int64_t deadline_ns)
{
    return scene_put_into(scene, scene->queue, size, deadline_ns);
}

static void check_deliveries(struct scene *scene, const ipcq_item *item)
{
    if (item->deliveries != 0 && !scene->any_order && !scene->given_back)
        scene_fault(scene, "an item was delivered %u times before", item->deliveries);
}

int scene_get(struct scene *scene, int64_t deadline_ns)
{
    ipcq_item told;
    int code = ipcq_get_item(scene->queue, buffer, sizeof buffer, &told, IPCQ_ACCEPT_ALL,
                             &(ipcq_wait){.deadline_ns = deadline_ns});
    if (code == IPCQ_OK) {
        took(scene, buffer, told.size);
        check_deliveries(scene, &told);
    }
    return code;
}

int scene_get_alloc(struct scene *scene)
{
    void *data = NULL;
    ipcq_item told;
    int code = ipcq_get_alloc(scene->queue, &data, &told, IPCQ_ACCEPT_ALL, &(ipcq_wait){.deadline_ns = IPCQ_NOWAIT});
    if (code == IPCQ_OK) {
        took(scene, data, told.size);
        check_deliveries(scene, &told);
    } else if (data != NULL)
        scene_fault(scene, "ipcq_get_alloc wrote its output and failed");
    ipcq_free(data);
    return code;
}

int scene_put_many(struct scene *scene, size_t size, size_t count)
{
    ipcq_message messages[SCENE_BATCH];
    size_t put = 0, room = (size + 7) & ~(size_t)7;
    if (count > SCENE_BATCH || count * room > sizeof buffer)
        abort();
    for (size_t i = 0; i < count; ++i) {
        messages[i] = (ipcq_message){buffer + i * room, size, IPCQ_TYPE_BYTES, 0};
        fill(buffer + i * room, scene->next_id + 1 + i, size);
    }
    int code = ipcq_put_many(scene->queue, messages, count, &put, &(ipcq_wait){.deadline_ns = IPCQ_NOWAIT});
    if (code == IPCQ_OK && (put == 0 || put > count))
        scene_fault(scene, "put_many answered OK and put %zu of %zu items", put, count);
    if (code != IPCQ_OK && put != 0)
        scene_fault(scene, "put_many put %zu items and answered %s", put, ipcq_error_name(code));
    for (size_t i = 0; i < put && i < count; ++i)
        scene_expect(scene, scene->ready, scene->next_id + 1 + i, size);
    scene->next_id += count;
    return code;
}

int scene_get_many(struct scene *scene)
{
    ipcq_view views[SCENE_BATCH];
    size_t got = 0;
    int code = ipcq_get_many(scene->queue, buffer, sizeof buffer, views, SCENE_BATCH, &got, IPCQ_ACCEPT_ALL,
                             &(ipcq_wait){.deadline_ns = IPCQ_NOWAIT});
    if ((code == IPCQ_OK) != (got != 0))
        scene_fault(scene, "get_many answered %s with %zu items", ipcq_error_name(code), got);
    for (size_t i = 0; code == IPCQ_OK && i < got; ++i) {
        took(scene, views[i].data, views[i].item.size);
        check_deliveries(scene, &views[i].item);
    }
    return code;
}

int scene_reserve_and_commit(struct scene *scene, size_t size)
{
    void *data = NULL;
    uint64_t id = ++scene->next_id;
    const ipcq_wait now = {.deadline_ns = IPCQ_NOWAIT};
    int code = ipcq_reserve(scene->queue, size, &data, &now);
    if (code != IPCQ_OK)
        return code;
    fill(data, id, size);
    code = ipcq_commit(scene->queue, data, size, IPCQ_TYPE_BYTES, &now);
    if (code == IPCQ_OK)
        scene_expect(scene, scene->ready, id, size);
    else if (ipcq_abandon(scene->queue, data) != IPCQ_OK)
        scene_fault(scene, "a reservation is gone after a commit that answered %s", ipcq_error_name(code));
    return code;
}

int scene_borrow(struct scene *scene, ipcq_view *out_view)
{
    int code = ipcq_borrow(scene->queue, out_view, IPCQ_ACCEPT_ALL, &(ipcq_wait){.deadline_ns = IPCQ_NOWAIT});
    if (code == IPCQ_OK) {
        took(scene, out_view->data, out_view->item.size);
        check_deliveries(scene, &out_view->item);
    }
    return code;
}

int scene_finish(struct scene *scene)
{
    int code = ipcq_task_done(scene->queue, IPCQ_OLDEST);
    if (code == IPCQ_OK)
        --scene->taken;
    return code;
}
