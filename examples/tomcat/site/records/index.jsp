<%@ page contentType="text/html; charset=UTF-8" %><!DOCTYPE html>
<html><head><title>Records</title></head><body><p>Records of <%= request.getRemoteUser() %></p></body></html>
