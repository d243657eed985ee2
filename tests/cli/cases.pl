# Runs the cases of tests/vectors/cases: what people really hold, each a folder with a command, its input and what must come of it.
# README.md beside them says how.
use strict;
use warnings;
use File::Temp qw(tempdir);

my ($cases, $xcj) = @ARGV;
$ENV{XCJ} = $xcj;

sub slurp {
    my ($path) = @_;
    open my $file, '<:raw', $path or die "$path: $!\n";
    local $/;
    my $text = <$file>;
    close $file;
    return defined $text ? $text : '';
}

# The exit code, standard output and standard error of the case's command in a copy of its folder.
sub run_case {
    my ($folder) = @_;
    my $work = tempdir(CLEANUP => 1);
    system('cp', '-R', "$folder/.", $work) == 0 or die "$folder cannot be copied\n";
    my $status = system 'sh', '-c', 'cd "$1" && bash ./cmd >.out 2>.err </dev/null', 'sh', $work;
    return ($status >> 8, slurp("$work/.out"), slurp("$work/.err"));
}

# A pattern about the whole text begins with ^ or (?s); the others may match in any line.
sub found {
    my ($pattern, $text) = @_;
    $text =~ s/\A\s+|\s+\z//g if $pattern =~ /\A\(?\^/;
    return $pattern =~ /\A\(\?s\)/ ? $text =~ /$pattern/ : $text =~ /$pattern/m;
}

sub faults {
    my ($folder) = @_;
    my ($code, $out, $err) = run_case($folder);
    my @faults;
    for (split /\n/, slurp("$folder/expect")) {
        my ($what, $pattern) = /\A(rc|out|err): (.*)\z/ or next;
        if ($what eq 'rc') {
            push @faults, "exit $code, not $pattern" unless grep { $_ == $code } split /\|/, $pattern;
        } elsif ($what eq 'out') {
            push @faults, "standard output has no $pattern" unless found($pattern, $out);
        } elsif ($code != 0 || index($pattern, '^$') < 0) {
            push @faults, "standard error has no $pattern: $err" unless $err =~ /$pattern/si;
        }
    }
    return @faults;
}

my ($passed, $failed) = (0, 0);
opendir my $all, $cases or die "$cases: $!\n";
for my $name (sort grep { /\A\d/ } readdir $all) {
    my $folder = "$cases/$name";
    my @faults = faults($folder);
    if (@faults) {
        print "FAIL: $folder: ", join('; ', @faults), "\n";
        $failed++;
    } else {
        $passed++;
    }
}
die "there are no cases\n" if $passed == 0;
print "$passed cases pass, $failed are wrong\n";
exit($failed > 0);
