# Macros of lyncmock's configure.ac.

# LYNCMOCK_NEED(VARIABLE, MODULE, DEBIAN-PACKAGE)
# A library that the server cannot do without, found through pkg-config.
AC_DEFUN([LYNCMOCK_NEED], [
    PKG_CHECK_MODULES([$1], [$2], [],
        [AC_MSG_ERROR([$2 was not found by pkg-config.
On Debian: apt-get install $3
pkg-config says: $$1[]_PKG_ERRORS])])
])

# LYNCMOCK_FLAGS(VARIABLE, FLAG...)
# Adds to VARIABLE each compiler flag that the compiler takes in silence.
AC_DEFUN([LYNCMOCK_FLAGS], [
    for lyncmock_flag in m4_normalize([$2]); do
        AC_MSG_CHECKING([whether $CC takes $lyncmock_flag])
        lyncmock_saved=$CFLAGS
        CFLAGS="$CFLAGS -Werror $lyncmock_flag"
        AC_COMPILE_IFELSE([AC_LANG_PROGRAM()],
            [AC_MSG_RESULT([yes]); AS_VAR_APPEND([$1], [" $lyncmock_flag"])],
            [AC_MSG_RESULT([no])])
        CFLAGS=$lyncmock_saved
    done
    AC_SUBST([$1])
])

# LYNCMOCK_LINK_FLAGS(VARIABLE, FLAG...)
# The same for flags that only the linker can judge.
AC_DEFUN([LYNCMOCK_LINK_FLAGS], [
    for lyncmock_flag in m4_normalize([$2]); do
        AC_MSG_CHECKING([whether $CC links with $lyncmock_flag])
        lyncmock_saved=$LDFLAGS
        LDFLAGS="$LDFLAGS -Werror $lyncmock_flag"
        AC_LINK_IFELSE([AC_LANG_PROGRAM()],
            [AC_MSG_RESULT([yes]); AS_VAR_APPEND([$1], [" $lyncmock_flag"])],
            [AC_MSG_RESULT([no])])
        LDFLAGS=$lyncmock_saved
    done
    AC_SUBST([$1])
])
