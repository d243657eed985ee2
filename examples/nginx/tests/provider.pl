#!/usr/bin/perl
# An identity provider: answers a request for /NAME with the bytes of the file NAME, after as many seconds as the file NAME.delay
# says, if the client has not hung up by then, and appends what it receives to the file requests. Without the file it hangs up.
#
#     perl provider.pl PORT FOLDER
use strict;
use warnings;
use IO::Socket::INET;

my ($port, $folder) = @ARGV;
$SIG{PIPE} = $SIG{CHLD} = 'IGNORE';
my $server = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $port, Listen => 64, ReuseAddr => 1)
    or die "cannot listen: $!\n";

sub content {
    open my $file, '<', "$folder/$_[0]" or return;
    local $/;
    return scalar <$file>;
}

while (my $client = $server->accept) {
    next if fork;
    my $got = '';
    while ($got !~ /\r\n\r\n/) {
        sysread($client, $got, 65536, length $got) or exit;
    }
    open my $log, '>>', "$folder/requests" or die;
    syswrite $log, $got;
    my ($name) = $got =~ m{^GET /(\w+) } or exit;
    vec(my $hangs_up = '', fileno $client, 1) = 1;
    select $hangs_up, undef, undef, content("$name.delay") // 0 and exit;
    print {$client} content($name) // '';
    exit;
}
