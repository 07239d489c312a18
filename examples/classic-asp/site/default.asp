<%
MembersOnly();
$Session->{Visits}++;
Top('home');
%>
<p>Welcome back, <%= $Server->HTMLEncode(Member()) %>. You have looked at this page <%= $Session->{Visits} %> times.</p>
</body>
</html>
