<%
$Response->{ContentType} = 'text/plain';
$Response->Write("Session: " . (Member() || 'nobody') . "\n");
%>
