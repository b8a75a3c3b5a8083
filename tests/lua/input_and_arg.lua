-- `input` is the value given with --input, `arg` what follows `--`.
assert(#input.rows == 2 and input.rows[2].id == 2)
assert(input.none == nil)
assert(#arg == 2 and arg[1] == "one" and arg[2] == "two words")
assert(arg[0] == "input_and_arg.lua")
