<% Top('books'); %>
<p>A hundred books about birds.</p>
<img src="images/book.png" alt="">
</body>
</html>
