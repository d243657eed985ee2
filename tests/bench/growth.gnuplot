# Cost against size, both axes logarithmic: a straight line of slope one is linear.
set terminal svg size 900,400 font "sans-serif,12" background "white"
set output out
set datafile separator "\t"
set logscale xy
set grid
set multiplot layout 1,2
set title "HS256 token against bytes of claims"
set xlabel "bytes"
set ylabel "microseconds"
set key left top
plot "< grep '^mint' ".data using 2:3 with linespoints title "mint", \
     "< grep '^verify' ".data using 2:3 with linespoints title "verify", \
     x / 200 with lines dashtype 2 title "linear"
set title "HS256 token against keys in the set"
set xlabel "keys"
plot "< grep '^select' ".data using 2:3 with linespoints title "verify, key chosen by kid", \
     "< grep '^read' ".data using 2:3 with linespoints title "read the set (once)", \
     x with lines dashtype 2 title "linear"
unset multiplot
