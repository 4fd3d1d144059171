"""What tests of the administration share: the address of a page, and its form as a browser would send it back."""

from django.urls import reverse


def page_url(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def filled_form(response):
    """The fields of a rendered admin form as a browser would send them back."""
    data = {}
    context = response.context
    forms = [context["adminform"].form]
    for formset in context["inline_admin_formsets"]:
        forms += [formset.formset.management_form, *formset.formset.forms]
    for form in forms:
        for name in form.fields:
            value = form[name].value()
            data[form.add_prefix(name)] = "" if value is None else value
    return {key: value for key, value in data.items() if value is not False}
