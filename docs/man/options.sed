# Each hyphen of --an-option becomes a minus sign.
s/--\([a-z]\)/\\-\\-\1/g
:again
s/\(\\-\\-[a-z0-9\\-]*[a-z0-9]\)-\([a-z0-9]\)/\1\\-\2/
t again
