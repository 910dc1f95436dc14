#!/usr/bin/perl
# Signs in with libwww-perl and LWP::Authen::Negotiate, twice on one connection:
# URL ADDRESS CA-FILE. Writes the status and the body of each answer.
use strict;
use warnings;
use LWP::UserAgent;
use LWP::Protocol::http;

my ($url, $address, $ca_file) = @ARGV;
push @LWP::Protocol::http::EXTRA_SOCK_OPTS, PeerHost => $address;
my $agent = LWP::UserAgent->new(keep_alive => 1);
$agent->ssl_opts(SSL_ca_file => $ca_file, verify_hostname => 1);
for (1 .. 2) {
    my $answer = $agent->get($url);
    print 'status ', $answer->code, "\nbody ", $answer->content, "\n";
}
