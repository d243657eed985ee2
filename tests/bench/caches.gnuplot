# What nginx with a cache reaches of nginx without the module: `data` is a table of a name, the measured percentage and the aim.
set terminal svg noenhanced size 760,300 font "sans-serif,12" background "white"
set output out
set datafile separator "\t"
set datafile missing "-"
set title "nginx: percent of the requests a second without the module"
set style data histogram
set style histogram cluster gap 1
set style fill solid 0.9 border -1
set boxwidth 1
set yrange [0:105]
set ytics 20
set grid ytics
set key outside right top
plot for [i = 2:3] data using i:xtic(1) title columnheader(i)
