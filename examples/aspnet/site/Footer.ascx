<%@ Control Language="C#" %>
<div id="footer">Best viewed at 800 x 600. &copy; 1998-2004 Finch Records. Prices include postage.</div>
