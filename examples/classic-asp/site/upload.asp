<%
MembersOnly();
my $kept = $Server->Config('StateDir') . '/file-of-' . Member();
if ($Request->ServerVariables('REQUEST_METHOD') eq 'POST') {
  my $file = $Request->Form('File');
  binmode $file;
  open(my $out, '>:raw', $kept) or die "cannot keep the file: $!";
  print $out do { local $/; <$file> };
  close $out;
  $Response->Redirect('upload.asp');
}
if ($Request->QueryString('read') && -e $kept) {
  open(my $in, '<:raw', $kept) or die "cannot read the file: $!";
  $Response->{ContentType} = 'image/png';
  $Response->BinaryWrite(do { local $/; <$in> });
  $Response->End();
}
Top('your picture');
%>
<% if (-e $kept) { %><p id="kept">We have <a href="upload.asp?read=yes">your picture</a>.</p><% } %>
<form method="post" action="upload.asp" enctype="multipart/form-data">
<p>A picture <input type="file" name="File"> <input type="submit" name="Go" value="Send"></p>
</form>
</body>
</html>
