<%@ page contentType="text/html; charset=UTF-8" %><!DOCTYPE html>
<html><head><title>Thank you</title></head><body><p>Card: <%= session.getAttribute("card") %></p></body></html>
