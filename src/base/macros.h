// SPDX-License-Identifier: MIT
// The three GNU extensions that this project uses, each behind a name of ours.
#ifndef FW_BASE_MACROS_H
#define FW_BASE_MACROS_H

// Checks the arguments of a printf-like function: parameter FMT is the format, ARGS the first
// variable argument, both counted from 1.
#define FW_PRINTF(FMT, ARGS) __attribute__((format(printf, FMT, ARGS)))

// A local that owns something: DESTROY(&local) runs when the scope is left. DESTROY takes a pointer
// to the variable (see the fw_*_cleanup functions beside each type's destructor).
#define FW_SCOPE(DESTROY) __attribute__((cleanup(DESTROY)))

// Hands the value of an owning local on: yields it and leaves NULL behind, so that FW_SCOPE
// destroys nothing.
#define FW_TAKE(PTR)                                                                               \
    __extension__({                                                                                \
        __typeof__(PTR) fw_taken_ = (PTR);                                                         \
        (PTR) = NULL;                                                                              \
        fw_taken_;                                                                                 \
    })

// Defines fw_x_cleanup for FW_SCOPE from a destructor that takes the object's pointer (or NULL).
#define FW_DEFINE_CLEANUP(TYPE, DESTROY)                                                           \
    static inline void DESTROY##_cleanup(TYPE *object)                                             \
    {                                                                                              \
        DESTROY(*object);                                                                          \
    }

#define FW_ARRAY_LEN(ARRAY) (sizeof(ARRAY) / sizeof((ARRAY)[0]))

#endif
