<%
MembersOnly();
Top('thank you');
%>
<p>Your order goes to card <%= $Server->HTMLEncode($Session->{Card} || 'none') %>.</p>
</body>
</html>
