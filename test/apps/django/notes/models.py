from django.db import models


class Note(models.Model):
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    attachment = models.FileField(blank=True, upload_to="attachments")

    def __str__(self):
        return self.title
