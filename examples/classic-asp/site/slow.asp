<%
# A page has its session for itself until it is done, as on IIS: the session's other requests wait.
my $ms = int($Request->QueryString('ms') || 0);
select(undef, undef, undef, ($ms < 10_000 ? $ms : 10_000) / 1000);
$Session->{Counted}++;
$Response->{ContentType} = 'text/plain';
$Response->Write("Counted: $Session->{Counted}\nSession: " . (Member() || 'nobody') . "\n");
%>
