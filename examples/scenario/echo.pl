#!/usr/bin/perl
# A service that answers with what it received: the head of the request byte for byte, then its body.
#
#     perl echo.pl PORT
use strict;
use warnings;
use IO::Socket::INET;

$SIG{PIPE} = 'IGNORE';
my $server = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => shift, Listen => 64, ReuseAddr => 1)
    or die "cannot listen: $!\n";
while (my $client = $server->accept) {
    my $got = '';
    while ($got !~ /\r\n\r\n/) {
        sysread($client, $got, 65536, length $got) or last;
    }
    my ($length) = $got =~ /^Content-Length: (\d+)\r$/mi;
    my $head = index($got, "\r\n\r\n") + 4;
    while (length($got) < $head + ($length // 0)) {
        sysread($client, $got, 65536, length $got) or last;
    }
    my $extra = $got =~ m{^\S+ /header\?(\S+) } ? "$1: from the service\r\n" : '';
    $extra .= 'X-Seen: ' . ($got =~ /^X.Custom.Jwt: (.*?)\r$/mi ? $1 : 'none') . "\r\n" if $got =~ m{^\S+ /seen};
    print {$client} "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n${extra}Content-Length: ", length $got,
        "\r\nConnection: close\r\n\r\n", $got;
    close $client;
}
