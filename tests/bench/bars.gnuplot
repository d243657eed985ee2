# Per algorithm and payload, what each implementation reaches of the floor: `data` is a table with a line of names.
set terminal svg size 900,360 font "sans-serif,12" background "white"
set output out
set datafile separator "\t"
set datafile missing "-"
set title what.": percent of the bare OpenSSL operation, one thread"
set style data histogram
set style histogram cluster gap 1
set style fill solid 0.9 border -1
set boxwidth 1
set yrange [0:105]
set ytics 20
set grid ytics
set xtics rotate by -30 nomirror
set key outside right top
plot for [i = 2:8] data using i:xtic(1) title columnheader(i)
