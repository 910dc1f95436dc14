#!/usr/bin/perl
# Reads TAP from a file with Perl's own parser, the whole or with "subtest" what
# is indented by four blanks as a stream of its own, and prints what it is.
use strict;
use warnings;

use JSON::PP;
use TAP::Parser;

my ($path, $subtest) = @ARGV;
open(my $file, '<:encoding(UTF-8)', $path) or die "$path: $!";
my @lines = <$file>;
my ($version) = $lines[0] =~ /^TAP version (\d+)$/ or die 'no version';
@lines = map { s/^ {4}//r } grep { /^ {4}/ } @lines[1 .. $#lines] if $subtest;
# It knows no more than 13, whose grammar 14 keeps.
shift(@lines) if !$subtest;
unshift(@lines, "TAP version 13\n");

my $parser = TAP::Parser->new({tap => join('', @lines)});
my @results;
while (my $result = $parser->next) {
    next if $result->is_unknown && $result->as_string =~ /^ {4}/;
    push @results, {
        type => $result->type,
        text => $result->as_string,
        $result->is_test ? (
            ok => $result->is_actual_ok ? JSON::PP::true : JSON::PP::false,
            counts => $result->is_ok ? JSON::PP::true : JSON::PP::false,
            number => $result->number + 0,
            name => $result->description,
            directive => $result->directive,
            reason => $result->explanation,
        ) : (),
        $result->is_yaml ? (data => $result->data) : (),
    };
}
print JSON::PP->new->ascii->canonical->encode({
    version => $version + 0,
    plan => $parser->plan,
    errors => [$parser->parse_errors],
    passed => [$parser->passed],
    failed => [$parser->failed],
    todo => [$parser->todo],
    results => \@results,
});
