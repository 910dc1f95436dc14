# Makes tokens with Perl's Authen::NTLM. See TokenProgram in ../clients.py.
# Arguments: domain, user, password.
use strict;
use warnings;
use Authen::NTLM;

my ($domain, $user, $password) = @ARGV;

$| = 1;
ntlm_domain($domain);
ntlm_user($user);
ntlm_password($password);
while (my $line = <STDIN>) {
    chomp $line;
    print ntlm($line), "\n";
}
