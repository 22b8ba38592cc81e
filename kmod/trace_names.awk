# SPDX-License-Identifier: GPL-2.0
# What the values of an enum are called in traces: their own names without PREFIX, in lower case, as tcopyctl
# calls them. So there is no second list of them. Prints initializers of an array of strings.
#
#	awk -v enum=ENUM -v prefix=PREFIX -f trace_names.awk HEADER
$0 ~ "^enum " enum " {" { on = 1; next }
/^}/ { on = 0 }
on && /^\t[A-Z][A-Z0-9_]*,$/ {
	value = substr($1, 1, length($1) - 1)
	printf "[%s] = \"%s\",\n", value, tolower(substr(value, length(prefix) + 1))
	n++
}
END { exit !n }
