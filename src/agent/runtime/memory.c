// The memory of the script. It takes and gives back small blocks all the time, and musl's allocator, which is made to be
// small and to find mistakes, took a fifth of what a check costs. Here blocks of one size are side by side in spans of
// pages, and those that are free are in a list for each size. Larger ones are libc's.
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "quickjs.h"
#include "runtime.h"

// The unit of spans; a kernel may have larger pages.
#define PAGE_SIZE 4096
// Addresses that are set aside, not memory: a host that has less of it loses nothing. Beyond them all blocks are libc's.
#define REGION_SIZE (256UL << 20)
// So much of the region is made usable at once: whole pages also where the kernel's have 64 KiB (arm64).
#define STEP_SIZE (16 * PAGE_SIZE)
#define LARGEST 512
#define GRAIN 16
// Pages of a span; of the smaller blocks one page holds enough.
#define PAGES_OF(size) ((size) <= 128 ? 1 : 4)

struct free_block {
  struct free_block *next;
};

static uint8_t *region, *taken, *usable;
// For each page of the region the size of its blocks, in grains.
static uint8_t grains_of[REGION_SIZE / PAGE_SIZE];
static struct free_block *free_blocks[LARGEST / GRAIN + 1];

// Multiples of 16 up to 128, of 32 up to 256, of 64 above: few sizes, and little of a block is left unused.
static size_t grains_for(size_t size) {
  size_t step = size <= 128 ? 16 : size <= 256 ? 32 : 64;
  return size == 0 ? 1 : (size + step - 1) / step * step / GRAIN;
}

static int is_ours(const void *block) { return region != NULL && (uintptr_t)block - (uintptr_t)region < REGION_SIZE; }

static size_t grains_of_block(const void *block) { return grains_of[((uint8_t *)block - region) / PAGE_SIZE]; }

static size_t usable_size(const void *block) {
  if (block == NULL) return 0;
  return is_ours(block) ? grains_of_block(block) * GRAIN : malloc_usable_size((void *)block);
}

// Makes a span of free blocks; 0, or -1 when there is no room for it.
static int make_span(size_t grains) {
  size_t size = grains * GRAIN, length = PAGES_OF(size) * PAGE_SIZE;
  if (region == NULL || taken + length > region + REGION_SIZE) return -1;
  if (taken + length > usable) {
    if (mprotect(usable, STEP_SIZE, PROT_READ | PROT_WRITE) < 0) return -1;
    usable += STEP_SIZE;
  }
  memset(grains_of + (taken - region) / PAGE_SIZE, grains, length / PAGE_SIZE);
  // The first is the first to be taken.
  for (size_t at = length / size * size; at >= size; at -= size) {
    struct free_block *block = (struct free_block *)(taken + at - size);
    block->next = free_blocks[grains];
    free_blocks[grains] = block;
  }
  taken += length;
  return 0;
}

static void *take(size_t size) {
  if (size > LARGEST) return malloc(size);
  size_t grains = grains_for(size);
  if (free_blocks[grains] == NULL && make_span(grains) < 0) return malloc(size);
  struct free_block *block = free_blocks[grains];
  free_blocks[grains] = block->next;
  return block;
}

static void give_back(void *block) {
  if (!is_ours(block)) {
    free(block);
    return;
  }
  size_t grains = grains_of_block(block);
  ((struct free_block *)block)->next = free_blocks[grains];
  free_blocks[grains] = block;
}

// Ends the process. An exception could be caught anywhere in the script, which would go on with half of its work undone;
// after an exit the next start finds the addresses and the table as they are.
static _Noreturn void exhaust(const JSMallocState *state, size_t size) {
  char text[256];
  int length = snprintf(text, sizeof text,
                        "lvs-agent: out of memory: %zu bytes requested with %zu MiB of at most %zu MiB in use. "
                        "Reduce the configuration, or give the host more memory.\n",
                        size, state->malloc_size >> 20, state->malloc_limit >> 20);
  // Nothing is left to do about a stderr that takes nothing.
  if (write(STDERR_FILENO, text, length) < 0) _exit(EXIT_FAULT);
  _exit(EXIT_FAULT);
}

static void check_limit(const JSMallocState *state, size_t more) {
  if (more > state->malloc_limit || state->malloc_size > state->malloc_limit - more) exhaust(state, more);
}

static void *script_malloc(JSMallocState *state, size_t size) {
  check_limit(state, size);
  void *block = take(size);
  if (block == NULL) exhaust(state, size);
  state->malloc_count++;
  state->malloc_size += usable_size(block);
  return block;
}

static void script_free(JSMallocState *state, void *block) {
  if (block == NULL) return;
  state->malloc_count--;
  state->malloc_size -= usable_size(block);
  give_back(block);
}

static void *script_realloc(JSMallocState *state, void *block, size_t size) {
  if (block == NULL) return size == 0 ? NULL : script_malloc(state, size);
  if (size == 0) {
    script_free(state, block);
    return NULL;
  }
  size_t before = usable_size(block);
  if (!is_ours(block) && size > LARGEST) {
    if (size > before) check_limit(state, size - before);
    void *moved = realloc(block, size);
    if (moved == NULL) exhaust(state, size);
    state->malloc_size += usable_size(moved) - before;
    return moved;
  }
  if (is_ours(block) && size <= before && grains_for(size) * GRAIN == before) return block;
  void *moved = script_malloc(state, size);
  memcpy(moved, block, before < size ? before : size);
  script_free(state, block);
  return moved;
}

const JSMallocFunctions *script_memory(void) {
  static const JSMallocFunctions functions = {script_malloc, script_free, script_realloc, usable_size};
  void *addresses = mmap(NULL, REGION_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (addresses != MAP_FAILED) region = taken = usable = addresses;
  return &functions;
}
