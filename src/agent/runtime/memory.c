// The allocator of the script engine, which constantly allocates and frees small blocks. musl's allocator, designed for
// small size and hardening, took a fifth of the cost of a check. This one groups blocks of one size in spans of pages
// with a free list per size; larger blocks come from libc.
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "quickjs.h"
#include "runtime.h"

// The unit of spans; kernel pages may be larger.
#define PAGE_SIZE 4096
// Reserved address space, not memory. Beyond it, all blocks come from libc.
#define REGION_SIZE (256UL << 20)
// The region is made accessible in steps of this size, a multiple of 64 KiB pages (arm64).
#define STEP_SIZE (16 * PAGE_SIZE)
#define LARGEST 512
#define GRAIN 16
// Pages per span; one page is enough for small blocks.
#define PAGES_OF(size) ((size) <= 128 ? 1 : 4)

struct free_block {
  struct free_block *next;
};

static uint8_t *region, *taken, *usable;
// Block size of each page of the region, in grains.
static uint8_t grains_of[REGION_SIZE / PAGE_SIZE];
static struct free_block *free_blocks[LARGEST / GRAIN + 1];

// Multiples of 16 up to 128, of 32 up to 256, of 64 above: few sizes with little waste.
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

// Creates a span of free blocks. Returns 0, or -1 without space.
static int make_span(size_t grains) {
  size_t size = grains * GRAIN, length = PAGES_OF(size) * PAGE_SIZE;
  if (region == NULL || taken + length > region + REGION_SIZE) return -1;
  if (taken + length > usable) {
    if (mprotect(usable, STEP_SIZE, PROT_READ | PROT_WRITE) < 0) return -1;
    usable += STEP_SIZE;
  }
  memset(grains_of + (taken - region) / PAGE_SIZE, grains, length / PAGE_SIZE);
  // The first block is allocated first.
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

// Exits instead of throwing: the script might catch an exception and continue with inconsistent state, whereas a
// restarted agent takes over the addresses and the table.
static _Noreturn void exhaust(const JSMallocState *state, size_t size) {
  char text[256];
  int length = snprintf(text, sizeof text,
                        "lvs-agent: out of memory: %zu bytes requested with %zu MiB of at most %zu MiB in use. "
                        "Reduce the configuration, or give the host more memory.\n",
                        size, state->malloc_size >> 20, state->malloc_limit >> 20);
  // A failed write to stderr cannot be handled.
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
