/* The table of faults, see faults.h. */
#include "config.h"

#include "faults/faults.h"

#include "faults/list.h"
#include "faults/overlay.h"

#define DECLARE_FAULT(name) extern const struct fault fault_##name;
FAULTS(DECLARE_FAULT)
OVERLAYS(DECLARE_FAULT)

#define FAULT_ADDRESS(name) &fault_##name,
const struct fault *const faults[] = {FAULTS(FAULT_ADDRESS)
                                          OVERLAYS(FAULT_ADDRESS) NULL};
